-- A number from 0 to below 1 that looks random, and is the same for the same key, salt and seed.
create or replace temp macro draw(key, salt) as
(hash(key || '/' || salt || '/' || getvariable('seed')) % 1000000007) / 1000000007.0;
