namespace MmapIo;

public sealed unsafe partial class MemoryMap
{
    /// <summary>Keeps all of the map in memory.</summary>
    /// <inheritdoc cref="Lock(LockMode, long, long)"/>
    public void Lock(LockMode mode = LockMode.Now) => LockCall(0, All, mode);

    /// <summary>Keeps a range in memory until it is unlocked or the map is closed: all pages of it, from now on.</summary>
    /// <inheritdoc cref="Lock(LockMode, long, long)"/>
    public void Lock(long offset, long length) => Lock(LockMode.Now, offset, length);

    /// <summary>Keeps a range in memory until it is unlocked or the map is closed.</summary>
    /// <param name="mode">All pages now, or each when it is first used.</param>
    /// <param name="offset">The first byte. Every page that the range touches is locked.</param>
    /// <param name="length">How many bytes.</param>
    /// <exception cref="ArgumentException">Not a mode; the range is not inside the map.</exception>
    /// <exception cref="MmapIoException">The limit of locked memory is reached (RLIMIT_MEMLOCK; the working set on
    /// Windows, which is enlarged first), or the file no longer backs the range. Then nothing of the
    /// range is locked; in the latter case not even what was locked before.</exception>
    /// <exception cref="UnauthorizedAccessException">The range is protected against reading.</exception>
    /// <exception cref="PlatformNotSupportedException"><see cref="LockMode.OnFault"/> on a system without
    /// it.</exception>
    /// <exception cref="ObjectDisposedException">The map is closed.</exception>
    /// <remarks>Locks do not nest: one <see cref="Unlock(long, long)"/> undoes any number of them. See
    /// <see href="https://man7.org/linux/man-pages/man2/mlock.2.html">mlock(2)</see> and
    /// <see href="https://learn.microsoft.com/windows/win32/api/memoryapi/nf-memoryapi-virtuallock">VirtualLock</see>.
    /// </remarks>
    public void Lock(LockMode mode, long offset, long length)
    {
        ThrowIfClosed();
        CheckRange(offset, length);
        LockCall(offset, length, mode);
    }

    private void LockCall(long offset, long length, LockMode mode)
    {
        ThrowIfClosed();
        if (mode is not (LockMode.Now or LockMode.OnFault))
        {
            throw new ArgumentOutOfRangeException(nameof(mode), mode, "Not a lock mode.");
        }
        uint flags = mode == LockMode.OnFault ? Interop.LockOnFault : 0;
        int status = TryLock(offset, length, flags, out NativeError error);
        if (DroppedMaps.WereInTheWay(status))
        {
            status = TryLock(offset, length, flags, out error);
        }
        MapErrors.ThrowIfFailed(status, error, "lock in memory", Path);
    }

    private int TryLock(long offset, long length, uint flags, out NativeError error)
    {
        MapCall call = EnterNative(offset, length);
        int status = Interop.mmapio_map_lock(call.Native, call.Offset, call.Length, flags, &call.Error);
        if ((MapStatus)status is MapStatus.Fault or MapStatus.AccessDenied
            && _limits.WhyNot(this, offset, (long)call.Length, forWriting: false, backed: false) is { } reason)
        {
            // What systems say of such pages, they say of others, too.
            call.End();
            throw reason;
        }
        call.End();
        error = call.Error;
        return status;
    }

    /// <summary>Undoes <see cref="Lock(LockMode)"/> for all of the map.</summary>
    /// <inheritdoc cref="Unlock(long, long)"/>
    public void Unlock() => UnlockCall(0, All);

    /// <summary>Undoes <see cref="Lock(LockMode, long, long)"/>. Unlocking what is not locked is no error.</summary>
    /// <param name="offset">The first byte. Every page that the range touches is unlocked.</param>
    /// <param name="length">How many bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside the map.</exception>
    /// <exception cref="ObjectDisposedException">The map is closed.</exception>
    public void Unlock(long offset, long length)
    {
        CheckRange(offset, length);
        UnlockCall(offset, length);
    }

    private void UnlockCall(long offset, long length)
    {
        MapCall call = EnterNative(offset, length);
        call.End(Interop.mmapio_map_unlock(call.Native, call.Offset, call.Length, &call.Error), "unlock");
    }

    /// <summary>Brings every page of the map into this process.</summary>
    /// <inheritdoc cref="Populate(bool, long, long)"/>
    public void Populate(bool forWriting = false) => PopulateCall(0, All, forWriting);

    /// <summary>Brings every page of a range into this process, for reading.</summary>
    /// <inheritdoc cref="Populate(bool, long, long)"/>
    public void Populate(long offset, long length) => Populate(forWriting: false, offset, length);

    /// <summary>
    /// Brings every page of a range into this process, and fails with an exception where touching it would end the
    /// process: a truncated file, a full disk behind a sparse one, a failing device.
    /// </summary>
    /// <param name="forWriting">Make private copies and file blocks, too, as writing would.</param>
    /// <param name="offset">The first byte. Every page that the range touches is brought in.</param>
    /// <param name="length">How many bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside the map.</exception>
    /// <exception cref="MmapIoException">With <see cref="MapStatus.Fault"/>: the pages are not there. What comes
    /// before them is populated.</exception>
    /// <exception cref="UnauthorizedAccessException">The map does not permit the access.</exception>
    /// <exception cref="PlatformNotSupportedException">The system has no way to do it without risk.</exception>
    /// <exception cref="ObjectDisposedException">The map is closed.</exception>
    public void Populate(bool forWriting, long offset, long length)
    {
        CheckRange(offset, length);
        PopulateCall(offset, length, forWriting);
    }

    private void PopulateCall(long offset, long length, bool forWriting)
    {
        MapCall call = EnterNative(offset, length);
        call.End(PopulateNative(offset, (long)call.Length, forWriting, &call.Error), "populate");
    }

    /// <summary>
    /// Brings every page of the map into this process, by several threads, and fails with an exception where touching
    /// it would end the process.
    /// </summary>
    /// <param name="forWriting">Make private copies and file blocks, too, as writing would.</param>
    /// <param name="degreeOfParallelism">How many threads at most; 0 for one for each processor. What they wait for is
    /// the device: a fast one gains by more of them.</param>
    /// <param name="progress">Is told how many bytes are populated so far, by one thread at a time. What it throws ends
    /// nothing.</param>
    /// <param name="cancellationToken">Ends it between two pieces of 8 MiB. What was populated stays.</param>
    /// <returns>How much it was and how long it took.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="degreeOfParallelism"/> is negative.</exception>
    /// <exception cref="MmapIoException">With <see cref="MapStatus.Fault"/>: pages are not there. Others may have been
    /// populated.</exception>
    /// <exception cref="UnauthorizedAccessException">The map does not permit the access.</exception>
    /// <exception cref="PlatformNotSupportedException">The system has no way to do it without risk.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled. The map can be used as before.</exception>
    /// <exception cref="ObjectDisposedException">The map is closed.</exception>
    /// <remarks>Until it has ended, the map stays mapped even if it is disposed, and cannot be resized or protected.
    /// </remarks>
    public ValueTask<PopulateResult> PopulateAsync(
        bool forWriting = false, int degreeOfParallelism = 0, IProgress<long>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ThrowIfClosed();
        ArgumentOutOfRangeException.ThrowIfNegative(degreeOfParallelism);
        int workers = degreeOfParallelism == 0 ? Environment.ProcessorCount : degreeOfParallelism;
        return RunHeld(0, All, Start, cancellationToken);

        Task<PopulateResult> Start(long length, Action release)
        {
            var population = new Population(
                (at, bytes) => PopulatePiece(at, bytes, forWriting), length, progress, cancellationToken);
            return HeldWork.With(() => population.Run(workers), release);
        }
    }

    private void PopulatePiece(long offset, long length, bool forWriting)
    {
        NativeError error;
        int status = PopulateNative(offset, length, forWriting, &error);
        MapErrors.ThrowIfFailed(status, error, "populate", Path);
    }

    /// <summary>For callers that keep the map mapped.</summary>
    private int PopulateNative(long offset, long length, bool forWriting, NativeError* error) =>
        Interop.mmapio_map_populate(
            Lifetime.Native, (ulong)offset, (ulong)length,
            (uint)(forWriting ? MapProtection.Write : MapProtection.Read), error);
}
