namespace MnistTrainer.Training;

/// <summary>How an epoch went. Training figures are means over the epoch's own batches; validation figures are NaN without validation images.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="TrainingLoss">Mean of what training minimises: cross-entropy in nats, label smoothing included.</param>
/// <param name="TrainingAccuracy">0 to 1, on the augmented images, while the weights were still moving.</param>
/// <param name="ValidationLoss">Mean cross-entropy in nats, without label smoothing.</param>
/// <param name="ValidationAccuracy">0 to 1.</param>
/// <param name="StrokeAccuracy">0 to 1, on drawings of writers who were held back; NaN without any.</param>
/// <param name="LearningRate">Of the epoch's last step.</param>
/// <param name="Seconds">Of training, without validation.</param>
internal sealed record EpochResult(
    int Epoch, double TrainingLoss, double TrainingAccuracy, double ValidationLoss, double ValidationAccuracy, double StrokeAccuracy,
    double LearningRate, double Seconds);
