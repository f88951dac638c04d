using MnistTrainer.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MnistTrainer.Reports;

/// <summary>Writes TensorBoard event files: loss, accuracy and learning rate by epoch.</summary>
internal sealed class TensorBoard(string folder)
{
    private readonly SummaryWriter _writer = utils.tensorboard.SummaryWriter(folder);

    public void Add(EpochResult epoch)
    {
        _writer.add_scalar("loss/training", (float)epoch.TrainingLoss, epoch.Epoch);
        _writer.add_scalar("accuracy/training", (float)epoch.TrainingAccuracy, epoch.Epoch);
        _writer.add_scalar("learning_rate", (float)epoch.LearningRate, epoch.Epoch);
        if (double.IsNaN(epoch.ValidationLoss))
            return;

        _writer.add_scalar("loss/validation", (float)epoch.ValidationLoss, epoch.Epoch);
        _writer.add_scalar("accuracy/validation", (float)epoch.ValidationAccuracy, epoch.Epoch);
        if (!double.IsNaN(epoch.StrokeAccuracy))
            _writer.add_scalar("accuracy/strokes", (float)epoch.StrokeAccuracy, epoch.Epoch);
    }
}
