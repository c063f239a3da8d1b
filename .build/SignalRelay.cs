using System.Diagnostics;
using System.Runtime.InteropServices;

namespace MmapIo.Build;

/// <summary>
/// While a child owns the terminal, signals are for it: Ctrl-C reaches it through the terminal anyway, so the driver
/// only has to outlive it, and a request to end that was sent to the driver alone is handed on.
/// </summary>
internal sealed partial class SignalRelay : IDisposable
{
    private const int TerminateSignal = 15;
    private readonly List<PosixSignalRegistration> _registrations = [];

    public SignalRelay(Process child)
    {
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = true));
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGQUIT, context => context.Cancel = true));
        if (!OperatingSystem.IsWindows())
        {
            _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
            {
                context.Cancel = true;
                _ = Kill(child.Id, TerminateSignal);
            }));
        }
    }

    public void Dispose() => _registrations.ForEach(registration => registration.Dispose());

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
