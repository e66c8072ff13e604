"""What monctl costs, beside what a user would pick instead. Quote ratios of one run, not single figures."""
