"""The façade in editor terms: wiring, jobs, status. It decides nothing and knows no protocol."""
