"""Faults injected at every file-system call of the real nightly run."""
