using System.Collections.ObjectModel;
using System.Text.Json;

namespace MnistApi.OpenInference;

/// <summary>A JSON array of at most eight items: no request needs more, and a longer one ends before it has taken memory.</summary>
internal sealed class BoundedList<T> : Collection<T>
{
    private const int Most = 8;

    /// <inheritdoc/>
    /// <exception cref="JsonException">There are eight already.</exception>
    protected override void InsertItem(int index, T item) => base.InsertItem(Count < Most ? index : throw new JsonException(), item);
}
