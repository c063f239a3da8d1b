namespace MmapIo.Benchmarks;

/// <summary>Some work, and what is wanted of the ways to do it.</summary>
internal sealed record Comparison(string Title, IWork Work, params Goal[] Goals)
{
    /// <summary>How long the rounds go on.</summary>
    public TimeSpan Time { get; init; } = TimeSpan.FromSeconds(3);
}

/// <summary>One way's time is at most a multiple of another's plus so many nanoseconds; and its garbage is limited.</summary>
/// <param name="Way">The method that it is about.</param>
/// <param name="Than">The method that it is compared to.</param>
/// <param name="Words">The same for people to read.</param>
internal sealed record Goal(string Way, string Than, string Words)
{
    public double Factor { get; init; } = 1;

    public double Plus { get; init; }

    public double Garbage { get; init; } = double.MaxValue;

    public bool IsMet(Figure figure, Figure other) =>
        figure.Nanoseconds <= (other.Nanoseconds * Factor) + Plus && figure.Garbage <= Garbage;

    public static Goal AtMost(double factor, string way, string than, double garbage = double.MaxValue) => new(
        way, than, FormattableString.Invariant($"≤ {factor:0.00} × {than}") + Limit(garbage))
    { Factor = factor, Garbage = garbage };

    public static Goal Within(double nanoseconds, string way, string than) => new(
        way, than, FormattableString.Invariant($"≤ {than} + {nanoseconds} ns"))
    { Plus = nanoseconds };

    public static Goal Under(double nanoseconds, string way, double garbage = double.MaxValue) => new(
        way, way, FormattableString.Invariant($"≤ {nanoseconds} ns") + Limit(garbage))
    { Factor = 0, Plus = nanoseconds, Garbage = garbage };

    private static string Limit(double garbage) =>
        garbage == double.MaxValue ? "" : FormattableString.Invariant($", ≤ {garbage} B");
}
