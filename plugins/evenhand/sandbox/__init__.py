"""The sandbox receiver: a stand-in for the system that enforces measures, to see and test deliveries with."""
