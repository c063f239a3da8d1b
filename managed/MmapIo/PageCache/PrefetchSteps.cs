using System.Runtime.InteropServices;

namespace MmapIo;

/// <summary>Reading ahead a part at a time, so that it can be watched and cancelled.</summary>
internal static class PrefetchSteps
{
    /// <summary>Bytes. A disk takes some milliseconds for that many, and a call costs microseconds.</summary>
    private const long MaxBytes = 16 << 20;

    private const int MaxRanges = 1024;

    /// <summary>Asks for some ranges, and tells what became of it.</summary>
    public delegate AdviceOutcome Ask(ReadOnlySpan<MapRange> ranges);

    /// <summary>Asks for all ranges in steps. Returns the least that became of any.</summary>
    /// <exception cref="OperationCanceledException">Cancelled before the last step.</exception>
    public static AdviceOutcome Run(
        ReadOnlySpan<MapRange> ranges, Ask ask, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        AdviceOutcome? least = null;
        List<MapRange> step = [];
        long stepBytes = 0;
        long done = 0;
        foreach (MapRange range in ranges)
        {
            for (long offset = 0; offset < range.Length;)
            {
                long part = Math.Min(range.Length - offset, MaxBytes - stepBytes);
                step.Add(new MapRange(range.Offset + offset, part));
                offset += part;
                stepBytes += part;
                if (stepBytes == MaxBytes || step.Count == MaxRanges)
                {
                    Take();
                }
            }
        }
        if (step.Count != 0)
        {
            Take();
        }
        return least ?? AdviceOutcome.Ignored;

        void Take()
        {
            cancellationToken.ThrowIfCancellationRequested();
            AdviceOutcome outcome = ask(CollectionsMarshal.AsSpan(step));
            least = least < outcome ? least : outcome;
            done += stepBytes;
            step.Clear();
            stepBytes = 0;
            MapMetrics.Tell(progress, done);
        }
    }
}
