"""An app that exists in tests only: kinds of jobs that die, stall and fail, and write down what they did."""
