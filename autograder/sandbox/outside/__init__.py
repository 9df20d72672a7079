"""Trusted: starts sandboxes, limits them, talks with the sessions in them and believes nothing."""
