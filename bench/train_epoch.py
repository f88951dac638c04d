"""The tutorial's deeper network in PyTorch, as most people would write it: seconds an epoch, one line each. Usage: train_epoch.py DATA EPOCHS THREADS"""
import gzip
import pathlib
import sys
import time

import numpy as np
import torch
from torch import nn

data, epochs, threads = pathlib.Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
torch.set_num_threads(threads)
torch.manual_seed(1)


def read(name, header):
    raw = data / name
    content = raw.read_bytes() if raw.exists() else gzip.decompress((data / (name + ".gz")).read_bytes())
    return torch.from_numpy(np.frombuffer(content, dtype=np.uint8)[header:].copy())


images = read("train-images-idx3-ubyte", 16).reshape(-1, 1, 28, 28)
labels = read("train-labels-idx1-ubyte", 8).long()
net = nn.Sequential(
    nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2),
    nn.Conv2d(32, 64, 3), nn.ReLU(), nn.Conv2d(64, 64, 3), nn.ReLU(), nn.MaxPool2d(2),
    nn.Flatten(), nn.Linear(64 * 4 * 4, 100), nn.ReLU(), nn.Linear(100, 10))
optimizer = torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9)
loss_of = nn.CrossEntropyLoss()
for _ in range(epochs):
    start = time.perf_counter()
    right = 0
    for indices in torch.randperm(len(images)).split(128):
        x, y = images[indices].float().div_(255), labels[indices]
        optimizer.zero_grad()
        logits = net(x)
        loss = loss_of(logits, y)
        loss.backward()
        optimizer.step()
        right += (logits.argmax(1) == y).sum().item()
    print(f"{time.perf_counter() - start:.3f}", flush=True)
