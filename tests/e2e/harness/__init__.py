"""What the end-to-end tests stand on: Brink as a process, origins, clients, certificates."""
