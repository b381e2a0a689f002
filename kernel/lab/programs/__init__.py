"""Programs of distributions in a guest: how they label their memory."""
