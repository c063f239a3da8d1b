namespace MmapIo.Tests;

/// <summary>
/// Length, backing and protection against a model that keeps every byte and every page by itself: random histories of
/// protecting, resizing, leasing, reading and writing, with a stranger who gives the file another length meanwhile. A byte
/// that the map wrongly thinks may be touched ends the process, and with it the test run.
/// </summary>
public sealed class LimitsModelTests : IDisposable
{
    private const int Longest = 60;

    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData(LimitedMap.Kind.Memory, 0)]
    [InlineData(LimitedMap.Kind.ReservedMemory, 0)]
    [InlineData(LimitedMap.Kind.File, 0)]
    [InlineData(LimitedMap.Kind.File, 1000)]
    [InlineData(LimitedMap.Kind.ReservedFile, 0)]
    [InlineData(LimitedMap.Kind.ReservedFile, 5000)]
    internal void Every_answer_is_the_models(LimitedMap.Kind kind, int offset)
    {
        if (kind is LimitedMap.Kind.File or LimitedMap.Kind.ReservedFile)
        {
            Needs.Posix("a file that is mapped cannot be cut on Windows");
        }
        Histories.Run(
            $"limits of {kind} at {offset}", Effort.Of(20_000, 200_000), Longest, Step.Next, history =>
            {
                using var map = new LimitedMap(kind, _scratch.At("file"), offset);
                map.Run(history, 0);
            });
    }

    /// <summary>One step. What it does not need, it does not look at.</summary>
    internal readonly record struct Step(string What, int A, int B, MapProtection Protection)
    {
        private static readonly string[] s_all =
        [
            "Read", "Write", "TryRead", "TryWrite", "Lease", "LeaseForWrite", "Hold", "Let go", "Protect", "Protect all",
            "Resize", "Resize and cut", "Stranger",
        ];

        private static readonly MapProtection[] s_protections =
            [MapProtection.None, MapProtection.Read, MapProtection.ReadWrite];

        public static Step Next(Random random) => new(
            s_all[random.Next(s_all.Length)], random.Next(LimitedMap.MaxLength), random.Next(LimitedMap.MaxLength / 2),
            s_protections[random.Next(s_protections.Length)]);
    }
}
