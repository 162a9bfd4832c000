"""What is played to a worker. A scene sends and waits; it judges nothing."""
