"""What a panel of classifiers and objective measures say of networks, by many maximised codes."""
