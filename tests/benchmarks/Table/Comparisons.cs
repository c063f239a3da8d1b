namespace MmapIo.Benchmarks;

/// <summary>What is measured, and what it should come to.</summary>
internal static class Comparisons
{
    private const long Mebibyte = 1 << 20;

    public static IEnumerable<Comparison> All() => [.. Opening(), .. Reading(), .. Copying(), .. Calls()];

    private static IEnumerable<Comparison> Opening() =>
    [
        new("Open, map, touch, unmap a file of 64 KiB", new OpenTouchClose(),
            Goal.AtMost(1.10, nameof(OpenTouchClose.Map), nameof(OpenTouchClose.C), garbage: 160)),
        new("Open, map, unmap a sparse file of 4 KiB or 16 TiB", new OpenBySize(),
            Goal.AtMost(1.10, nameof(OpenBySize.Large), nameof(OpenBySize.CLarge), garbage: 160)),
    ];

    private static IEnumerable<Comparison> Reading() =>
    [
        new("Sum 1 GiB, per MiB", new Scan(),
            Goal.AtMost(1 / 0.95, nameof(Scan.LeaseVectors), nameof(Scan.C)),
            Goal.AtMost(1 / 0.98, nameof(Scan.LeaseVectors), nameof(Scan.PointerVectors)),
            Goal.AtMost(1 / 0.98, nameof(Scan.LeaseLoop), nameof(Scan.PointerLoop))) { Time = TimeSpan.FromSeconds(6) },
        new("Sum 1 GiB by two threads, per MiB", new TwoThreads(),
            Goal.AtMost(1 / 0.9, nameof(TwoThreads.Lease), nameof(TwoThreads.AnonymousMemory))),
        .. RandomReadsIn((64 * Mebibyte, "64 MiB"), (1024 * Mebibyte, "1 GiB")),
        new("8-byte reads at random in 64 MiB, none depending on another", new IndependentReads(),
            Goal.AtMost(1.10, nameof(IndependentReads.Lease), nameof(IndependentReads.Pointer)),
            Goal.AtMost(1.35, nameof(IndependentReads.MapRead), nameof(IndependentReads.Pointer), garbage: 0)),
        new("Cold 8-byte reads, at random in 1 GiB", new ColdReads(),
            Goal.AtMost(0.5, nameof(ColdReads.LeaseAfterPrefetch), nameof(ColdReads.Pread))),
        new("Lines of 14 bytes, per line", new Lines()),
    ];

    private static IEnumerable<Comparison> RandomReadsIn(params (long Size, string Name)[] sizes) =>
        from size in sizes
        select new Comparison($"8-byte reads at random in {size.Name}, one leading to the next", new RandomReads { Size = size.Size },
            Goal.AtMost(1.10, nameof(RandomReads.Lease), nameof(RandomReads.C)),
            Goal.AtMost(1.35, nameof(RandomReads.MapRead), nameof(RandomReads.Pointer), garbage: 0));

    private static IEnumerable<Comparison> Copying() =>
    [
        new("Copy 64 bytes, and other small things", new SmallThings(),
            Goal.Under(6, nameof(SmallThings.Write64Bytes), garbage: 0),
            Goal.Under(6, nameof(SmallThings.LeaseSlice64Bytes)),
            Goal.Within(25, nameof(SmallThings.TryRead), nameof(SmallThings.Memcpy)),
            Goal.Within(25, nameof(SmallThings.TryWrite), nameof(SmallThings.Memcpy))),
        new("Copy 4 KiB", new Copies { Size = 4096 }),
        new("Copy 64 KiB", new Copies { Size = 65536 }, SafeCopies()),
        new("Copy 1 MiB", new Copies { Size = 1 << 20 }, SafeCopies()),
        new("Copy 64 MiB", new Copies { Size = 1 << 26 },
        [
            .. SafeCopies(),
            Goal.AtMost(1 / 0.97, nameof(Copies.LeaseCopyIn), nameof(Copies.CIn)),
        ]),
    ];

    private static Goal[] SafeCopies() =>
    [
        Goal.AtMost(1.10, nameof(Copies.TryRead), nameof(Copies.C)),
        Goal.AtMost(1.10, nameof(Copies.TryWrite), nameof(Copies.CIn)),
    ];

    private static IEnumerable<Comparison> Calls() =>
    [
        new("Advise 64 KiB", new Advice(), Goal.Within(40, nameof(Advice.Advise), nameof(Advice.C), garbage: 0)),
        new("Write 4 KiB and sync them", new Flush(), Goal.AtMost(1.03, nameof(Flush.Lease), nameof(Flush.C))),
        new("Residency of 2 GiB in the page cache", new Residency(),
            Goal.AtMost(1 / 20.0, nameof(Residency.Counts), nameof(Residency.C)),
            Goal.AtMost(1.05, nameof(Residency.Pages), nameof(Residency.C))),
    ];
}
