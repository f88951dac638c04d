using System.Collections.Concurrent;
using MnistTrainer.Storage;
using Xunit;

namespace MnistTrainer.Tests.Storage;

public sealed class SharedWorkTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ConcurrentQueue<string> _done = new();

    [Fact]
    public async Task Each_part_is_done_once_whoever_does_it()
    {
        var parts = Enumerable.Range(0, 20).Select(Part).ToList();

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Do(parts))));

        Assert.Equal(parts.Select(part => part.Name).Order(), _done.Order());
        Assert.Equal(20, Directory.GetFiles(_folder.Path).Length); // no lock is left
    }

    [Fact]
    public async Task What_another_process_has_is_waited_for_and_done_where_that_ends_without_a_result()
    {
        WorkPart[] parts = [Part(0), Part(1), Part(2)];
        var held = FolderLock.TryTake(_folder.Path, ".part-1.lock")!;

        var waiting = Task.Run(() => Do(parts));
        while (!parts[2].IsDone)
            await Task.Delay(10, TestContext.Current.CancellationToken);
        Assert.False(waiting.IsCompleted);
        held.Dispose();
        await waiting;

        Assert.Equal(["part-0", "part-2", "part-1"], _done);
    }

    [Fact]
    public void Results_decide_what_is_done_next()
    {
        SharedWork.Do(() => _done.Count < 3 ? [Part(2 * _done.Count), Part(99)] : [], _ => { }, CancellationToken.None);

        Assert.Equal(["part-0", "part-2", "part-4"], _done);
    }

    [Fact]
    public void Several_that_open_a_folder_at_once_all_may() =>
        Parallel.For(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 8 }, _ => ResultCache.Open(_folder.Path, "settings"));

    [Fact]
    public void Waiting_can_be_stopped()
    {
        using var held = FolderLock.TryTake(_folder.Path, ".part-0.lock")!;
        using var stop = new CancellationTokenSource(10);

        Assert.Throws<OperationCanceledException>(() => Do([Part(0)], stop.Token));
        Assert.Empty(_done);
    }

    public void Dispose() => _folder.Dispose();

    private static void Do(IReadOnlyList<WorkPart> parts, CancellationToken cancellation = default) =>
        SharedWork.Do(() => [.. parts.Where(part => !part.IsDone)], _ => { }, cancellation);

    private WorkPart Part(int number) => new(_folder.Path, $"part-{number}", "", () => ResultCache.Get(_folder.Path, $"part-{number}", () =>
    {
        _done.Enqueue($"part-{number}");
        return number;
    }));
}
