"""Where phones report: unchanged apps, each in its own words; what they say is sealed before it is answered."""
