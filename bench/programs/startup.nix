# Starting and ending a process: what every other figure contains.
1
