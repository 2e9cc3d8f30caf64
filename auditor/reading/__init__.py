"""Words → values: what a text says, from the text alone. Pure functions of (text, language); no clock, no order, no rule."""
