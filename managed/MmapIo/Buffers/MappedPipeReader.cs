using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.InteropServices;

namespace MmapIo;

/// <summary>
/// A sequence over a map as a pipe to read from, which lets the map go when reading is completed. What was read is not
/// to be used after that, as with every pipe.
/// </summary>
internal sealed class MappedPipeReader(MemoryMap map, bool leaveOpen, ReadOnlySequence<byte> sequence) : PipeReader
{
    private readonly PipeReader _reader = Create(sequence);

    /// <summary>The reader of a sequence does not look at the token: it never waits.</summary>
    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) =>
        cancellationToken.IsCancellationRequested
            ? ValueTask.FromCanceled<ReadResult>(cancellationToken) : _reader.ReadAsync(CancellationToken.None);

    public override bool TryRead(out ReadResult result) => _reader.TryRead(out result);

    public override void AdvanceTo(SequencePosition consumed) => _reader.AdvanceTo(consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) =>
        _reader.AdvanceTo(consumed, examined);

    public override void CancelPendingRead() => _reader.CancelPendingRead();

    public override void Complete(Exception? exception = null)
    {
        _reader.Complete(exception);
        foreach (ReadOnlyMemory<byte> part in sequence)
        {
            if (MemoryMarshal.TryGetMemoryManager(part, out MappedMemory? memory))
            {
                ((IDisposable)memory).Dispose();
            }
        }
        if (!leaveOpen)
        {
            map.Dispose();
        }
    }
}
