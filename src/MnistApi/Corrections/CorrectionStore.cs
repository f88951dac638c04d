using System.Data.Common;
using System.Linq.Expressions;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using Microsoft.EntityFrameworkCore;

namespace MnistApi.Corrections;

/// <summary>Writes corrections one by one and reads them as a stream. Until a member is called, nothing of the database is even loaded.</summary>
internal sealed class CorrectionStore(CorrectionsOptions options) : IDisposable
{
    private const int MostWaiting = 64;

    // one at a time: then the limit on their number holds, and a database that hangs doesn't collect requests
    private readonly ConcurrencyLimiter _queue = new(new ConcurrencyLimiterOptions { PermitLimit = 1, QueueLimit = MostWaiting });

    /// <summary>Brings the database to the present version of the table; makes both where they are missing.</summary>
    /// <exception cref="InvalidDataException">It can't be reached or opened; the message is one line.</exception>
    public void Open()
    {
        try
        {
            if (options.Provider is CorrectionsProvider.SQLite)
                Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(options.Connection))!);
            using var context = new CorrectionsContext(options);
            if (context.Database.GetPendingMigrations().Any()) // else nothing is locked
                context.Database.Migrate();
        }
        catch (Exception e) when (e.GetBaseException() is var cause && CannotOpen(cause))
        {
            throw new InvalidDataException(
                $"The database of Corrections:Connection can't be opened ({options.Provider}): {cause.Message.Split('\n')[0].TrimEnd()}", e);
        }

        static bool CannotOpen(Exception cause) =>
            cause is DbException or IOException or UnauthorizedAccessException or ArgumentException or SocketException;
    }

    /// <summary>Stores one.</summary>
    /// <param name="correction">A new one.</param>
    /// <param name="hungUp">Ends the waiting.</param>
    /// <exception cref="DbException">The database fails.</exception>
    public async Task<Outcome> AddAsync(Correction correction, CancellationToken hungUp)
    {
        using var lease = await _queue.AcquireAsync(1, hungUp);
        if (!lease.IsAcquired)
            return Outcome.Busy;

        await using var context = new CorrectionsContext(options);
        if (await context.Corrections.CountAsync(hungUp) >= options.MaxCount)
            return Outcome.Full;

        context.Add(correction);
        await context.SaveChangesAsync(hungUp);
        return Outcome.Stored;
    }

    /// <summary>How many there are.</summary>
    public async Task<int> CountAsync(CancellationToken hungUp)
    {
        await using var context = new CorrectionsContext(options);
        return await context.Corrections.CountAsync(hungUp);
    }

    /// <summary>The oldest, one after the other as they arrive from the database.</summary>
    /// <param name="count">How many.</param>
    /// <param name="select">What of each: only that is read.</param>
    public async IAsyncEnumerable<T> ReadAsync<T>(int count, Expression<Func<Correction, T>> select)
    {
        await using var context = new CorrectionsContext(options);
        await foreach (var row in context.Corrections.AsNoTracking().OrderBy(correction => correction.Id).Take(count).Select(select).AsAsyncEnumerable())
            yield return row;
    }

    /// <inheritdoc/>
    public void Dispose() => _queue.Dispose();

    /// <summary>What became of a correction.</summary>
    internal enum Outcome
    {
        /// <summary>It is in the database.</summary>
        Stored,

        /// <summary>There are <see cref="CorrectionsOptions.MaxCount"/> already.</summary>
        Full,

        /// <summary>Too many wait to be stored.</summary>
        Busy,
    }
}
