"""Words → values: what a text says, from the text and its language alone; no clock, no order."""
