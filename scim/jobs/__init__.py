"""What runs without anybody watching: each job is one function that ends in a Report."""
