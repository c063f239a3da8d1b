namespace MmapIo.Tests;

/// <summary>Progress that is acted on where it is reported, and kept.</summary>
internal sealed class Told(Action<long>? act = null) : IProgress<long>
{
    public List<long> Values { get; } = [];

    public void Report(long value)
    {
        Values.Add(value);
        act?.Invoke(value);
    }

    /// <summary>Asserts that it grew with each report, up to that.</summary>
    public void AssertGrewTo(long last)
    {
        Assert.Equal(Values.Order().Distinct(), Values);
        Assert.Equal(last, Values[^1]);
    }
}
