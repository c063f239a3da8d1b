using System.Buffers.Binary;
using System.IO.Hashing;

namespace MmapIo.Samples;

/// <summary>
/// A log in a file: records are appended, and a record that <see cref="Append"/> has returned for has been flushed, together
/// with all before it. For one thread.
/// <para>A record is a checksum (8 bytes), its length (4), its bytes, and zeros up to a multiple of 8. The checksum begins
/// with that of the record before: what an older record left behind never fits to a newer one. Nothing else is needed to
/// find the end of the log: it ends before the first record whose checksum is not right, whether that was never written,
/// was torn, or was written while one before it was lost.</para>
/// </summary>
public sealed class DurableLog : IDisposable
{
    private const int HeaderSize = 12;
    private const int LeastRoom = 64 * 1024;

    private readonly MemoryMap _map;
    private readonly FlushMode _mode;
    private long _end;
    private ulong _check;

    private DurableLog(MemoryMap map, FlushMode mode)
    {
        _map = map;
        _mode = mode;
    }

    /// <summary>How many records there are.</summary>
    public long Count { get; private set; }

    /// <summary>Opens a log, or makes it, and drops what does not belong to a whole record.</summary>
    /// <param name="path">Of the file.</param>
    /// <param name="mode">How far a record has to get before it counts as appended. With <see cref="FlushMode.Async"/> the
    /// power may take the last ones, but never leaves one whose predecessor is gone.</param>
    public static DurableLog Open(string path, FlushMode mode = FlushMode.Data)
    {
        MemoryMap map = MemoryMap.Open(path, MapAccess.ReadWrite, new MapOptions { Mode = FileMode.OpenOrCreate });
        try
        {
            var log = new DurableLog(map, mode);
            foreach (byte[] record in log.Records())
            {
                log._check = Check(log._check, record);
                log._end += SizeOf(record.Length);
                log.Count++;
            }

            // What follows was promised to nobody. It goes for good: a record that came back once its predecessor has been
            // appended anew would be one that nobody knows of.
            log.MakeRoom(0);
            return log;
        }
        catch
        {
            map.Dispose();
            throw;
        }
    }

    /// <summary>Appends a record, and waits until it is safe.</summary>
    /// <exception cref="MmapIoException">No space, before anything is written; or the device has failed: the record may be
    /// there or not, and nothing more can be appended to this log (<see cref="MapStatus.DurabilityLost"/>). Open it anew to
    /// see what it has.</exception>
    public void Append(ReadOnlySpan<byte> record)
    {
        int size = SizeOf(record.Length);
        if (size > _map.Length - _end)
        {
            MakeRoom(size);
        }
        ulong check = Check(_check, record);
        using (MapWriteLease lease = _map.LeaseForWrite(_end, size))
        {
            Span<byte> bytes = lease.Span;
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, check);
            BinaryPrimitives.WriteInt32LittleEndian(bytes[8..], record.Length);
            record.CopyTo(bytes[HeaderSize..]);
        }
        _map.Flush(_mode, _end, size);
        _end += size;
        _check = check;
        Count++;
    }

    /// <summary>The records from the first on.</summary>
    public IEnumerable<byte[]> Records()
    {
        long at = 0;
        ulong check = 0;
        while (TryRead(at, check) is { } record)
        {
            yield return record;
            check = Check(check, record);
            at += SizeOf(record.Length);
        }
    }

    /// <summary>Closes it. What was appended is in the file; it need not be flushed for that.</summary>
    public void Dispose() => _map.Dispose();

    /// <summary>The whole record that lies there, or null.</summary>
    private byte[]? TryRead(long at, ulong before)
    {
        Span<byte> header = stackalloc byte[HeaderSize];
        if (at > _map.Length - HeaderSize || !_map.TryRead(at, header, out _))
        {
            return null;
        }
        int length = BinaryPrimitives.ReadInt32LittleEndian(header[8..]);
        if (length < 0 || length > _map.Length - HeaderSize - at)
        {
            return null;
        }
        byte[] record = new byte[length];
        bool isWhole = _map.TryRead(at + HeaderSize, record, out _)
            && BinaryPrimitives.ReadUInt64LittleEndian(header) == Check(before, record);
        return isWhole ? record : null;
    }

    /// <summary>Zeros from the end on, with room for as much and more: a file grows rarely, and the disk has the blocks, so
    /// that a full one is an exception here, and no fault later.</summary>
    private void MakeRoom(int size)
    {
        _map.Resize(_end, truncateFile: true);
        _map.Resize(_end + Math.Max(size, Math.Max(LeastRoom, _end / 2)));
    }

    private static ulong Check(ulong before, ReadOnlySpan<byte> record) =>
        XxHash3.HashToUInt64(record, unchecked((long)(before + (ulong)record.Length + 1)));

    private static int SizeOf(int length) => checked((HeaderSize + length + 7) & ~7);
}
