namespace MmapIo;

/// <summary>How copies survive that the pages of a map are gone.</summary>
public enum FaultGuard
{
    /// <summary>
    /// A handler for SIGBUS, or on Windows a vectored exception handler, installed when first needed. It acts only on
    /// faults in the library's own copy loop and on maps with <see cref="MapOptions.ZeroFillOnFault"/>; everything
    /// else goes to whoever had the signal before. Costs nothing per copy.
    /// </summary>
    Handler = 0,

    /// <summary>
    /// No handler: the operating system copies (process_vm_readv, vm_read_overwrite, ReadProcessMemory), at the cost
    /// of a system call each time. For hosts that forbid handlers.
    /// </summary>
    SystemCall = 1,
}
