namespace MmapIo.Benchmarks;

/// <summary>Some work, and what is wanted of the ways to do it.</summary>
internal sealed record Comparison(string Title, IWork Work, params Goal[] Goals)
{
    /// <summary>How long the rounds go on.</summary>
    public TimeSpan Time { get; init; } = TimeSpan.FromSeconds(4);
}

/// <summary>One way takes at most a multiple of another's time, plus so many nanoseconds; and its garbage is limited.</summary>
/// <param name="Way">The method that it is about.</param>
/// <param name="Than">The method that it is compared to.</param>
/// <param name="Words">The same for people to read.</param>
internal sealed record Goal(string Way, string Than, double Factor, double Plus, double Garbage, string Words)
{
    public static Goal AtMost(double factor, string way, string than, double garbage = double.MaxValue) =>
        new(way, than, factor, 0, garbage, FormattableString.Invariant($"≤ {factor:0.00} × {than}") + Limit(garbage));

    public static Goal Within(double nanoseconds, string way, string than, double garbage = double.MaxValue) =>
        new(way, than, 1, nanoseconds, garbage, FormattableString.Invariant($"≤ {than} + {nanoseconds} ns") + Limit(garbage));

    public static Goal Under(double nanoseconds, string way, double garbage = double.MaxValue) =>
        new(way, way, 0, nanoseconds, garbage, FormattableString.Invariant($"≤ {nanoseconds} ns") + Limit(garbage));

    /// <summary>Which part of the allowed time is used: up to 1 is good.</summary>
    public double Share(IReadOnlyList<Figure> figures) =>
        Find(figures, Way).Nanoseconds / ((Find(figures, Than).Nanoseconds * Factor) + Plus);

    public bool IsMet(IReadOnlyList<Figure> figures) => Share(figures) <= 1 && Find(figures, Way).Garbage <= Garbage;

    private static Figure Find(IReadOnlyList<Figure> figures, string way) => figures.First(each => each.Way == way);

    private static string Limit(double garbage) =>
        garbage == double.MaxValue ? "" : FormattableString.Invariant($", ≤ {garbage} B");
}
