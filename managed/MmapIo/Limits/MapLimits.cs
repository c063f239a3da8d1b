using System.Runtime.CompilerServices;

namespace MmapIo;

/// <summary>
/// Where the bytes of a map are, how many there are, and which of them may be read and written: the one owner of length,
/// backing and protection. A part of the map's object, so that opening makes no second one.
/// <para>Read by calls and leases without a lock; changed under the map's lock, with nobody inside unless the map grows in
/// place. What is backed may change at any time, by whoever asks the system again.</para>
/// </summary>
internal unsafe struct MapLimits
{
    private readonly MapProtection _initial;
    private readonly bool _isPrivate;

    // Bytes of the pages that a protection covers, and from the beginning of the first one to the first byte.
    private readonly int _pageSize;

    private byte* _data;
    private long _length;

    // Up to where an access may go without asking further questions. 0 makes every one ask them.
    private long _limit;

    // How much of the map the file was last known to back.
    private long _backed;

    // Null while every page permits what the map was made for, and that is at least reading.
    private ProtectionTable? _protections;
    private bool _settingLimits;

    public MapLimits(nint native, MapProtection initial, bool isPrivate, long backed)
    {
        _initial = initial;
        _isPrivate = isPrivate;
        _pageSize = (int)Interop.mmapio_map_page_size(native);
        _data = Interop.mmapio_map_data(native);
        _length = (long)Interop.mmapio_map_length(native);
        SetLimits(backed, FirstTable);
    }

    /// <summary>The first byte.</summary>
    public readonly byte* Data => _data;

    public readonly long Length => Volatile.Read(in _length);

    /// <summary>Bytes of the pages that the system gave: more than its ordinary ones if they are huge.</summary>
    public readonly int PageSize => _pageSize;

    public readonly bool IsPrivate => _isPrivate;

    /// <summary>Was the map made to be written?</summary>
    public readonly bool CanWrite => (_initial & MapProtection.Write) != 0;

    /// <summary>Is all of the map backed, as far as is known?</summary>
    public readonly bool IsBacked => Volatile.Read(in _backed) >= Length;

    // ---- may these bytes be read, or written? ----

    /// <summary>Yes; or perhaps, which <see cref="WhyNot"/> says.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool Allows(long offset, long length, bool forWriting) =>
        offset >= 0 && offset <= Volatile.Read(in _limit) - length && (!forWriting || CanWrite);

    /// <summary>
    /// Every question about an access that <see cref="Allows"/> could not answer. Null if it is allowed after all, which is
    /// so on maps that were protected and on those whose file has grown.
    /// </summary>
    /// <param name="map">Whose limits these are.</param>
    /// <param name="offset">The first byte.</param>
    /// <param name="length">Bytes.</param>
    /// <param name="forWriting">Or for reading.</param>
    /// <param name="backed">Must the file have the bytes now? What copies safely finds out by itself.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public Exception? WhyNot(MemoryMap map, long offset, long length, bool forWriting, bool backed = true)
    {
        long available = Length;
        if (offset < 0 || offset > available - length)
        {
            return new ArgumentOutOfRangeException(
                nameof(offset), offset, $"{length} bytes from there are not inside the map, which has {available}.");
        }
        ProtectionTable? table = _protections;
        if (forWriting && !CanWrite && (table is null || !_isPrivate))
        {
            return new NotSupportedException("The map is read-only.");
        }
        if (length == 0)
        {
            return null;
        }
        MapProtection needed = forWriting ? MapProtection.ReadWrite : MapProtection.Read;
        (long first, long end) = Pages(offset, length);
        if (table is not null && !table.Allows(first, end - first, needed))
        {
            string message =
                $"The bytes {offset} to {offset + length} are protected against {(forWriting ? "writing" : "reading")}.";
            return new UnauthorizedAccessException(
                message, new MmapIoException(message, MapStatus.AccessDenied) { Path = map.Path });
        }
        return backed ? WhyNotBacked(map, offset, length) : null;
    }

    private Exception? WhyNotBacked(MemoryMap map, long offset, long length)
    {
        if (offset + length <= Volatile.Read(ref _backed))
        {
            return null;
        }
        NativeError error;
        long found = 0;
        int status = Interop.mmapio_map_backed_length(map.Lifetime.Native, (ulong*)&found, &error);
        if (status != 0)
        {
            return MapErrors.Of(status, error, "ask for the length of", map.Path);
        }
        SetBacked(found);
        return offset + length <= found ? null : new MmapIoException(
            $"The bytes {offset} to {offset + length} of the map lie past the end of the file" +
            $"{(map.Path is null ? "" : $" '{map.Path}'")}, which backs {found} bytes of it.", MapStatus.Fault)
        {
            Path = map.Path,
        };
    }

    // ---- what changes them ----

    /// <summary>Notes how much of the map its file backs. From any thread, by whoever has asked.</summary>
    public void SetBacked(long backed) => SetLimits(backed, null, keepProtections: true);

    /// <summary>The bytes of the map that stand on the pages which the range, which is not empty, touches.</summary>
    public readonly (long From, long To) WholePages(long offset, long length)
    {
        (long first, long end) = Pages(offset, length);
        return Bytes(first, end);
    }

    /// <summary>Notes that the pages which these bytes stand on, whole ones, now permit something else.</summary>
    public void Protected(long from, long to, MapProtection protection)
    {
        (long first, long end) = Pages(from, to - from);
        ProtectionTable table = (_protections ?? AllAlike).With(first, end, protection);
        SetLimits(_backed, Normalized(table));
    }

    /// <summary>
    /// Notes what a resize has made of the map. Pages that stayed permit what they did, and new ones what the map was made
    /// for.
    /// </summary>
    public void Resized(byte* data, long length, long backed)
    {
        _data = data;
        Volatile.Write(ref _length, length);
        bool keeps = _protections is not null && length != 0;
        SetLimits(backed, keeps ? Normalized(_protections!.Resized(PageCount(length), _initial)) : FirstTable);
    }

    /// <summary>The stretches of bytes, from one to another, that do not permit what the map was made for.</summary>
    public readonly List<(long From, long To, MapProtection Protection)> Exceptions(long from, long to)
    {
        List<(long From, long To, MapProtection Protection)> exceptions = [];
        if (_protections is { } table && from < to)
        {
            (long first, long end) = Pages(from, to - from);
            foreach ((long start, long stop, MapProtection protection) in table.Stretches(first, end))
            {
                (long startByte, long stopByte) = Bytes(start, stop);
                if (protection != _initial && startByte < stopByte)
                {
                    exceptions.Add((startByte, stopByte, protection));
                }
            }
        }
        return exceptions;
    }

    /// <summary>How the map's pages were protected when it was made.</summary>
    public readonly MapProtection Initial => _initial;

    private readonly long Lead => (long)((nuint)_data % (uint)_pageSize);

    private readonly long PageCount(long length) => length == 0 ? 0 : ((Lead + length - 1) / _pageSize) + 1;

    private readonly (long First, long End) Pages(long offset, long length) =>
        ((Lead + offset) / _pageSize, ((Lead + offset + length - 1) / _pageSize) + 1);

    private readonly (long From, long To) Bytes(long first, long end) =>
        (Math.Max((first * _pageSize) - Lead, 0), Math.Min((end * _pageSize) - Lead, Length));

    private readonly ProtectionTable AllAlike => new(PageCount(_length), _initial);

    /// <summary>The table of a map all of whose pages permit what it was made for.</summary>
    private readonly ProtectionTable? FirstTable =>
        (_initial & MapProtection.Read) != 0 || _length == 0 ? null : AllAlike;

    private readonly ProtectionTable? Normalized(ProtectionTable table) =>
        table.Uniform == _initial && (_initial & MapProtection.Read) != 0 ? null : table;

    /// <summary>Sets what limits accesses, and the limits with it. A few stores, and nobody in between.</summary>
    private void SetLimits(long backed, ProtectionTable? protections, bool keepProtections = false)
    {
        while (Interlocked.Exchange(ref _settingLimits, true))
        {
            // Not SpinWait, out of which a pending Thread.Interrupt comes: a call is under way here.
            Thread.Yield();
        }
        Volatile.Write(ref _backed, backed);
        if (!keepProtections)
        {
            _protections = protections;
        }
        Volatile.Write(ref _limit, _protections is null ? Math.Min(_length, backed) : 0);
        Volatile.Write(ref _settingLimits, false);
    }
}
