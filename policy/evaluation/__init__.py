"""Measures of policy and perceiver against labels: open loop, without a robot."""
