// Nothing to call: linking this target is its use.
