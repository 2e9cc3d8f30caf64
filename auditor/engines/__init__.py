"""Where the work runs. An engine maps one function over independent parts and gives the outcomes back in their order."""
