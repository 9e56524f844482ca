"""What `benchmarks/agent.py` measures, a job each."""
