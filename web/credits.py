"""Sources whose terms ask to be named where their data shows: what to print and where it leads."""

CREDITS = {"sakenowa": ("さけのわデータ", "https://sakenowa.com")}
