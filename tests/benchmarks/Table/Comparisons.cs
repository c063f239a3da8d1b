namespace MmapIo.Benchmarks;

/// <summary>What is measured, and what it should come to.</summary>
internal static class Comparisons
{
    public static IEnumerable<Comparison> All() =>
    [
        new("open, touch, close 64 KiB", new OpenTouchClose(),
            Goal.AtMost(1.10, nameof(OpenTouchClose.Map), nameof(OpenTouchClose.C), garbage: 160)),
        new("advise 64 KiB", new Advice(), Goal.Within(40, nameof(Advice.Advise), nameof(Advice.C))),
        new("64 bytes", new SmallThings(),
            Goal.Under(6, nameof(SmallThings.Write64Bytes), garbage: 0),
            Goal.Under(6, nameof(SmallThings.LeaseSlice64Bytes), garbage: 0),
            Goal.Within(25, nameof(SmallThings.TryRead), nameof(SmallThings.Memcpy))),
        new("lines", new Lines()),
        new("copy 4 KiB", new Copies { Size = 4096 }),
        new("copy 64 KiB", new Copies { Size = 65536 }, Goal.AtMost(1.1, nameof(Copies.TryRead), nameof(Copies.C))),
        new("copy 1 MiB", new Copies { Size = 1 << 20 }, Goal.AtMost(1.1, nameof(Copies.TryRead), nameof(Copies.C))),
        new("copy 64 MiB", new Copies { Size = 1 << 26 }, Goal.AtMost(1.1, nameof(Copies.TryRead), nameof(Copies.C))),
    ];
}
