// What needs somebody tonight, on top of Airflow's Home. It is drawn by Airflow's own React; a fault of it takes no page along.
(() => {
  const { createElement: el, useEffect, useState } = globalThis.React;
  const base = new URL("evenhand/", document.baseURI);
  const line = { margin: "4px 0" };
  const colour = { color: "var(--chakra-colors-fg-info, inherit)", textDecoration: "underline" };

  const Card = () => {
    const [card, setCard] = useState(null);
    useEffect(() => {
      fetch(new URL("card/lines", base), { credentials: "same-origin" })
        .then((answer) => (answer.ok ? answer.json() : null))
        .then(setCard)
        .catch(() => setCard(null));
    }, []);
    // Who may not see the pages sees no card.
    if (!card) return null;
    const lines = card.lines.map((each, at) =>
      el("li", { key: at, style: line }, el("a", { href: new URL(each.page, base).href, style: colour }, each.said)));
    const more = card.more ? [el("li", { key: "more", style: line }, card.more)] : [];
    return el(
      "section",
      {
        "aria-label": "Evenhand",
        style: {
          border: "1px solid var(--chakra-colors-border, #ccc)", borderRadius: "8px", padding: "12px 16px", margin: "8px 0",
        },
      },
      el("h2", { style: { fontWeight: 600, marginBottom: "4px" } }, card.title),
      el("ul", { style: { listStyle: "none", margin: 0, padding: 0 } }, ...lines, ...more),
      el("a", { href: base.href, style: colour }, card.all),
    );
  };

  globalThis["What needs you tonight"] = Card;
  globalThis.AirflowPlugin = Card;
})();
