"""Readers that a crafted file could crash or swell, in a process of their own with limits of memory and time."""
