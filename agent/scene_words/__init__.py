"""From words such as "eight gears, two of them failed, dim light" to a scenario: data, never code."""
