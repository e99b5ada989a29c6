// Package rig runs a real pcscd with virtual slots, for the tests, the benches
// and the demonstrations that want the real PC/SC stack without hardware.
//
// Its contract:
//
//   - It is for Linux, with the packages pcscd and vsmartcard-vpcd (Debian).
//   - pcscd has one socket for the whole machine: Start fails when a pcscd is
//     running. Main and Isolate give a program a pcscd of its own, in a mount and
//     a network namespace, so that several can run side by side.
//   - vpcd listens on every address of the machine: outside such a namespace,
//     anyone on the network can put a card in the slots. Never on a workstation
//     with a real CPS.
//   - A card is plugged into slot i by virtual.Serve(ctx, rig.Addr(i), card).
package rig
