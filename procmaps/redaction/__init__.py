"""Make a dump safe to publish: names and addresses are replaced, layout and figures are kept."""
