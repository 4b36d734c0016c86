"""Measurements that compare, on one machine and in one run."""
