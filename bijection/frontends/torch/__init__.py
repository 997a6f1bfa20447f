"""PyTorch modules, from the graph that torch.fx or torch.export traces."""
