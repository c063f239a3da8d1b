using System.Buffers;

namespace MmapIo.Tests;

/// <summary>A map, and a model of it: every byte, where the file ends, and how every page is protected.</summary>
internal sealed class LimitedMap : IDisposable
{
    public const int MaxLength = 40_000;

    private readonly string? _path;
    private readonly int _offset;
    private readonly MemoryMap _map;
    private readonly List<(IMemoryOwner<byte> Owner, int Start, int End)> _holds = [];

    // The model. Bytes are those of the map, also where it ended before; those of memory are lost when it gets shorter.
    private readonly byte[] _bytes = new byte[MaxLength];
    private readonly Dictionary<int, MapProtection> _pages = [];
    private int _length = 9000;
    private int _fileEnd;

    // Up to where the map knows, or thinks, that it is backed: it asks again for what lies behind.
    private int _known;

    // The longest that the map has been: what it never covered, it does not cut off.
    private int _covered;

    public LimitedMap(Kind kind, string path, int offset)
    {
        _offset = offset;
        var options = new MapOptions { Reserve = kind is Kind.ReservedFile or Kind.ReservedMemory ? MaxLength / 2 : 0 };
        if (kind is Kind.File or Kind.ReservedFile)
        {
            _path = path;
            File.WriteAllBytes(path, Pattern.Bytes(0, offset + _length + 500));
            Pattern.Bytes(offset, _length + 500).CopyTo(_bytes, 0);
            _fileEnd = _length + 500;
            _map = MemoryMap.Open(path, MapAccess.ReadWrite, new MapOptions
            {
                Reserve = options.Reserve,
                Offset = offset,
                Length = _length,
            });
        }
        else
        {
            _map = MemoryMap.CreateAnonymous(_length, options);
        }
        _known = _length;
        _covered = _length;
    }

    public enum Kind
    {
        Memory,
        ReservedMemory,
        File,
        ReservedFile,
    }

    private int Lead => _offset % MemoryMap.PageSize;

    private bool IsFile => _path is not null;

    public void Dispose()
    {
        _holds.ForEach(static hold => hold.Owner.Dispose());
        _map.Dispose();
    }

    /// <summary>Takes the steps from one on. A lease lasts for a number of the steps after it.</summary>
    public int Run(IReadOnlyList<LimitsModelTests.Step> history, int at, int until = int.MaxValue)
    {
        while (at < history.Count && at < until)
        {
            LimitsModelTests.Step step = history[at++];
            int offset = step.A % (_length + 1000);
            int length = step.B % 9000;
            switch (step.What)
            {
                case "Read":
                    Access(offset, 1, forWriting: false, () => Assert.Equal(_bytes[offset], _map.Read<byte>(offset)));
                    break;
                case "Write":
                    Access(offset, 1, forWriting: true, () =>
                    {
                        _map.Write(offset, (byte)(step.B | 1));
                        _bytes[offset] = (byte)(step.B | 1);
                    });
                    break;
                case "TryRead":
                    TryRead(offset, length);
                    break;
                case "TryWrite":
                    TryWrite(offset, length, (byte)(step.B | 1));
                    break;
                case "Lease":
                    Access(offset, length, forWriting: false, () =>
                    {
                        using MapLease lease = _map.Lease(offset, length);
                        AssertBytes(lease.Span, offset);
                        _leases.Add((offset, offset + length));
                        at = Run(history, at, at + (step.B % 5));
                        _leases.RemoveAt(_leases.Count - 1);
                        AssertBytes(lease.Span, offset);
                    });
                    break;
                case "LeaseForWrite":
                    Access(offset, length, forWriting: true, () =>
                    {
                        using MapWriteLease lease = _map.LeaseForWrite(offset, length);
                        Fill(lease.Span, offset, (byte)(step.B | 1));
                        _leases.Add((offset, offset + length));
                        at = Run(history, at, at + (step.B % 5));
                        _leases.RemoveAt(_leases.Count - 1);
                        AssertBytes(lease.Span, offset);
                    });
                    break;
                case "Hold":
                    Access(offset, length, forWriting: true, () =>
                    {
                        // Nothing of a map is not held.
                        IMemoryOwner<byte> owner = _map.Rent(offset, length);
                        if (length > 0)
                        {
                            _holds.Add((owner, offset, offset + length));
                        }
                    });
                    break;
                case "Let go":
                    LetGo(step.A);
                    break;
                case "Protect":
                    Protect(offset, length, step.Protection);
                    break;
                case "Protect all":
                    Protect(0, _length, step.Protection);
                    break;
                case "Resize":
                    Resize(step.A % MaxLength, cut: false);
                    break;
                case "Resize and cut":
                    Resize(step.A % MaxLength, cut: true);
                    break;
                default:
                    Stranger(step.A % MaxLength);
                    break;
            }
            Assert.Equal(_length, _map.Length);
        }
        return at;
    }

    private readonly List<(int Start, int End)> _leases = [];

    /// <summary>What the model says of an access: null for yes.</summary>
    private Type? Refusal(int offset, int length, bool forWriting, bool backed)
    {
        if (offset > _length - length)
        {
            return typeof(ArgumentOutOfRangeException);
        }
        MapProtection needed = forWriting ? MapProtection.ReadWrite : MapProtection.Read;
        if (length > 0 && PagesOf(offset, length).Any(page => (ProtectionOf(page) & needed) != needed))
        {
            return typeof(UnauthorizedAccessException);
        }
        return backed && IsFile && offset + length > _fileEnd && length > 0 ? typeof(MmapIoException) : null;
    }

    private void Access(int offset, int length, bool forWriting, Action access)
    {
        int end = offset + length;
        if (IsFile && length > 0 && end > _fileEnd && end <= _known)
        {
            // A stranger took this away, and the map has not been told: what a lease does not promise to survive.
            return;
        }
        Type? refusal = Refusal(offset, length, forWriting, backed: true);
        if (IsFile && end > _known && (refusal is null || refusal == typeof(MmapIoException)))
        {
            _known = Math.Min(_length, _fileEnd);
        }
        if (refusal is null)
        {
            access();
        }
        else
        {
            AssertRefused(refusal, access);
        }
    }

    private void TryRead(int offset, int length)
    {
        byte[] buffer = new byte[length];
        int read = -1;
        bool whole = false;
        if (Refusal(offset, length, forWriting: false, backed: false) is { } refusal)
        {
            AssertRefused(refusal, () => _map.TryRead(offset, buffer, out _));
            return;
        }
        whole = _map.TryRead(offset, buffer, out read);
        int good = IsFile ? Math.Clamp(_fileEnd - offset, 0, length) : length;
        Assert.Equal((good == length, good), (whole, read));
        AssertBytes(buffer.AsSpan(0, good), offset);
    }

    private void TryWrite(int offset, int length, byte value)
    {
        byte[] buffer = new byte[length];
        Array.Fill(buffer, value);
        if (Refusal(offset, length, forWriting: true, backed: false) is { } refusal)
        {
            AssertRefused(refusal, () => _map.TryWrite(offset, buffer, out _));
            return;
        }
        bool whole = _map.TryWrite(offset, buffer, out int written);
        int good = IsFile ? Math.Clamp(_fileEnd - offset, 0, length) : length;
        Assert.Equal((good == length, good), (whole, written));
        _bytes.AsSpan(offset, good).Fill(value);
    }

    private void LetGo(int which)
    {
        if (_holds.Count > 0)
        {
            int index = which % _holds.Count;
            _holds[index].Owner.Dispose();
            _holds.RemoveAt(index);
        }
    }

    private void Protect(int offset, int length, MapProtection protection)
    {
        if (offset > _length - length)
        {
            AssertRefused(typeof(ArgumentOutOfRangeException), () => _map.Protect(protection, offset, length));
            return;
        }
        if (length > 0 && Uses.Any(use => use.Start < use.End
            && PagesOf(use.Start, use.End - use.Start).Intersect(PagesOf(offset, length)).Any()))
        {
            AssertRefused(typeof(InvalidOperationException), () => _map.Protect(protection, offset, length));
            return;
        }
        _map.Protect(protection, offset, length);
        foreach (int page in length == 0 ? [] : PagesOf(offset, length))
        {
            _pages[page] = protection;
        }
    }

    private void Resize(int length, bool cut)
    {
        bool inPlace = length != 0 && _map.Reserve != 0 && Math.Max(length, _length) <= Math.Max(_map.Reserve, _length);
        bool inTheWay = inPlace
            ? length < _length && Uses.Any(use => use.Start < use.End && use.End > length)
            : Uses.Any();
        if (inTheWay)
        {
            AssertRefused(typeof(InvalidOperationException), () => _map.Resize(length, cut));
            return;
        }
        _map.Resize(length, cut);
        if (IsFile)
        {
            if (length > _length && length > _fileEnd)
            {
                _bytes.AsSpan(_fileEnd, length - _fileEnd).Clear();
                _fileEnd = length;
            }
            else if (length < _length && cut && _covered >= _fileEnd)
            {
                _fileEnd = Math.Min(_fileEnd, length);
            }
            Assert.Equal(_offset + _fileEnd, new FileInfo(_path!).Length);
            _known = Math.Min(length, _fileEnd);
            _covered = Math.Max(_covered, length);
        }
        else if (length < _length)
        {
            _bytes.AsSpan(length).Clear();
        }
        int pages = length == 0 ? 0 : (Lead + length - 1) / MemoryMap.PageSize + 1;
        foreach (int gone in _pages.Keys.Where(page => page >= pages).ToArray())
        {
            _pages.Remove(gone);
        }
        _length = length;
    }

    private void Stranger(int fileEnd)
    {
        if (!IsFile || _holds.Count > 0 || _leases.Count > 0)
        {
            return;
        }
        Cut.To(_path!, _offset + fileEnd);
        if (fileEnd > _fileEnd)
        {
            _bytes.AsSpan(_fileEnd, fileEnd - _fileEnd).Clear();
        }
        _fileEnd = fileEnd;
    }

    private IEnumerable<(int Start, int End)> Uses =>
        _leases.Concat(_holds.Select(static hold => (hold.Start, hold.End)));

    private MapProtection ProtectionOf(int page) => _pages.GetValueOrDefault(page, MapProtection.ReadWrite);

    private IEnumerable<int> PagesOf(int offset, int length)
    {
        int first = (Lead + offset) / MemoryMap.PageSize;
        return Enumerable.Range(first, ((Lead + offset + length - 1) / MemoryMap.PageSize) - first + 1);
    }

    private void AssertBytes(ReadOnlySpan<byte> actual, int offset) =>
        Assert.True(actual.SequenceEqual(_bytes.AsSpan(offset, actual.Length)),
            $"byte {offset + actual.CommonPrefixLength(_bytes.AsSpan(offset, actual.Length))} is another");

    private void Fill(Span<byte> span, int offset, byte value)
    {
        span.Fill(value);
        _bytes.AsSpan(offset, span.Length).Fill(value);
    }

    private static void AssertRefused(Type refusal, Action access) =>
        Assert.Equal(refusal, Record.Exception(access)?.GetType());
}
