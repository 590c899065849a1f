"""How people reach Kyokan: pages in Japanese and English."""
