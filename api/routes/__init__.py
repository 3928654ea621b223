"""One file for each noun; each route unpacks, asks, and shows."""
