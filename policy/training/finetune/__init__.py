"""Fine-tuning of any SmolVLA of lerobot on LeRobot data sets: whole, by LoRA or QLoRA, or with a plain head."""
