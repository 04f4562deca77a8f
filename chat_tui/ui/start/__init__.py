"""The first minute, while no shop is connected: the wizard and its own small app."""
