"""The first minute, while no shop is connected: the wizard, in a small app of its own."""
